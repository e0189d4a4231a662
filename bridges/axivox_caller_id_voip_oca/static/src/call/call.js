import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { Call } from "@voip_oca/components/call/call.esm";
import { Caller } from "../caller/caller";

Call.components = { ...Call.components, Caller, ShownAs };
