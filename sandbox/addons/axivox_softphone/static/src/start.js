/** @odoo-module ignore **/
(() => {
    const { maxTouchPoints, userAgent } = navigator;
    // An iPad says that it is a Mac.
    const isApple = /iPhone|iPad/.test(userAgent) || (/Mac/.test(userAgent) && maxTouchPoints > 1);
    const { session } = odoo.loader.modules.get("@web/session") || {};
    if (session?.axivox_softphone_address && !isApple) {
        document.addEventListener("DOMContentLoaded", () => {
            window.AxivoxSoftphone.panel = new window.AxivoxSoftphone.Panel();
        });
    }
})();
