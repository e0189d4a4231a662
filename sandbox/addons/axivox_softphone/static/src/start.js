/** @odoo-module ignore **/
(() => {
    const isApple = /iPhone|iPad/.test(navigator.userAgent);
    const { session } = odoo.loader.modules.get("@web/session") || {};
    if (session?.axivox_softphone_address && !isApple) {
        document.addEventListener("DOMContentLoaded", () => {
            window.AxivoxSoftphone.panel = new window.AxivoxSoftphone.Panel();
        });
    }
})();
