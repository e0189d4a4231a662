import { ActivityList } from "@voip_oca/components/activity_list/activity_list.esm";
<<<<<<< HEAD
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
=======
import { Beside } from "../beside/beside";
import { ShownAs } from "../shown_as/shown_as";
>>>>>>> e91ee7a190df4b30172aec4b2bfd911f345f413d

ActivityList.components = { ...ActivityList.components, Beside, ShownAs };
