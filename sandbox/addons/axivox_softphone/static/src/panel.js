/** @odoo-module ignore **/
// A classic script, like the real one.
(() => {
    const MARK = "axivox-softphone";
    const { session } = odoo.loader.modules.get("@web/session") || {};
    const address = session?.axivox_softphone_address;
    const ORIGIN = address ? new URL(address).origin : "https://phone.axivox.com";

    /** A softphone in a frame, which communicates by messages. */
    class Panel {
        constructor() {
            this.listeners = [];
            this.isReady = false;
            this.waiting = [];
            this.element = document.createElement("div");
            this.element.className = "axivox_softphone_panel";
            this.element.hidden = true;
            const close = document.createElement("button");
            close.type = "button";
            close.textContent = "Axivox ✕";
            close.addEventListener("click", () => this.hide());
            this.frame = document.createElement("iframe");
            this.frame.src = address || ORIGIN;
            this.frame.title = "Axivox";
            this.element.append(close, this.frame);
            document.body.append(this.element);
            this.on("ready", () => this.onReady());
            this.on("incomingCall", ({ autoOpen }) => autoOpen && this.show());
            this.on("resize", ({ height }) => this.resize(height));
            this.on("navigate", (message) => this.navigate(message));
            window.addEventListener("message", (ev) => this.onMessage(ev));
            window.addEventListener("resize", () => this.send("room", this.room));
            document.addEventListener("click", (ev) => this.onClick(ev), true);
        }

        get room() {
            return { maxHeight: window.innerHeight - 64 };
        }

        on(type, fn) {
            this.listeners.push([type, fn]);
        }

        show() {
            this.element.hidden = false;
        }

        hide() {
            this.element.hidden = true;
        }

        isOpen() {
            return !this.element.hidden;
        }

        dial(number) {
            this.show();
            const message = ["dial", { number: String(number).replace(/[^0-9+*#]/g, "") }];
            if (this.isReady) {
                this.send(...message);
            } else {
                this.waiting.push(message);
            }
        }

        send(type, values) {
            this.frame.contentWindow.postMessage({ axivox: MARK, type, ...values }, ORIGIN);
        }

        onReady() {
            this.isReady = true;
            this.send("hello", { db: session?.db, ...this.room });
            for (const message of this.waiting.splice(0)) {
                this.send(...message);
            }
        }

        onMessage({ source, origin, data }) {
            const isOurs = source === this.frame.contentWindow && origin === ORIGIN;
            if (isOurs && data?.axivox === MARK) {
                for (const [type, fn] of this.listeners) {
                    if (type === data.type) {
                        fn(data);
                    }
                }
            }
        }

        onClick(ev) {
            const said = ev.target.closest?.('a[href^="tel:"], [data-axivox-tel]');
            if (said) {
                ev.preventDefault();
                ev.stopPropagation();
                this.dial(said.dataset.axivoxTel || said.getAttribute("href").slice(4));
            }
        }

        resize(height) {
            if (Number.isFinite(height)) {
                this.frame.style.height = `${Math.min(height, this.room.maxHeight)}px`;
            }
        }

        navigate({ path, url }) {
            if (path) {
                window.location.assign(new URL(path, window.location.origin));
            } else {
                window.open(url, "_blank", "noopener");
            }
        }
    }

    window.AxivoxSoftphone = { Panel, ORIGIN, MARK };
})();
