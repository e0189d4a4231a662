import { ActivityList } from "@voip_oca/components/activity_list/activity_list.esm";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { Beside } from "../beside/beside";

ActivityList.components = { ...ActivityList.components, Beside, ShownAs };
