import { ActivityList } from "@voip_oca/components/activity_list/activity_list.esm";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { CallHints } from "../call_hints/call_hints";

ActivityList.components = { ...ActivityList.components, CallHints, ShownAs };
