import { ActivityList } from "@voip_oca/components/activity_list/activity_list.esm";
import { Beside } from "../beside/beside";
import { ShownAs } from "../shown_as/shown_as";

ActivityList.components = { ...ActivityList.components, Beside, ShownAs };
