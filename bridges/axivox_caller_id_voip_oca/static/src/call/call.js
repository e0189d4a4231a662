import { Call } from "@voip_oca/components/call/call.esm";
import { Caller } from "../caller/caller";
import { ShownAs } from "../shown_as/shown_as";

Call.components = { ...Call.components, Caller, ShownAs };
