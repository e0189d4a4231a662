import { Numpad } from "@voip_oca/components/numpad/numpad.esm";
import { CallPreview } from "../call_preview/call_preview";

Numpad.components = { ...Numpad.components, CallPreview };
