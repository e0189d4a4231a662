/** ms that a call, or its transfer, waits for Odoo. */
export const PATIENCE = 2000;
