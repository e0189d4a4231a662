import { ActivityList } from "@voip_oca/components/activity_list/activity_list.esm";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";

ActivityList.components = { ...ActivityList.components, ShownAs };
