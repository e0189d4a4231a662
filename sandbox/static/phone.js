// Plays https://phone.axivox.com: a softphone in a frame of Odoo's page; they exchange messages.
const MARK = "axivox-softphone";
// Only pages on this machine may frame it.
const HERE = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const CALLER = "+442079460321";
const at = (id) => document.getElementById(id);

let host = null; // the origin of the page that said hello
let call = null;
let calls = 0;
let missed = 0;

function tell(type, values) {
    if (host) {
        parent.postMessage({axivox: MARK, type, ...values}, host);
    }
}

function resized() {
    const height = document.body.offsetHeight;
    if (height) { // a hidden frame has none
        tell("resize", {height});
    }
}

function show() {
    at("number").textContent = call ? call.number : "–";
    at("state").textContent = call ? call.state : "No call";
    at("answer").disabled = !call || call.state === "in a call";
    at("end").disabled = !call;
    at("miss").disabled = call?.state !== "rings";
    at("ring").disabled = Boolean(call);
}

function begin(number, state) {
    calls += 1;
    call = {id: `call-${calls}`, number, state};
    show();
}

function end() {
    const {id} = call;
    call = null;
    show();
    tell("callEnded", {id});
}

const heard = {
    room() {},
    dial({number}) {
        if (!call) {
            begin(number, "is dialled");
        }
    },
};

addEventListener("message", ({source, origin, data}) => {
    if (source !== parent || data?.axivox !== MARK) {
        return;
    }
    if (data.type === "hello" && HERE.test(origin)) {
        host = origin;
        at("registered").textContent = `Registered, for ${data.db}`;
        tell("registered", {registered: true});
        new ResizeObserver(resized).observe(document.body);
    } else if (origin === host) {
        heard[data.type]?.(data);
    }
});

at("ring").addEventListener("click", () => {
    begin(CALLER, "rings");
    tell("incomingCall", {id: call.id, autoOpen: true});
});
at("answer").addEventListener("click", () => {
    call.state = "in a call";
    show();
    tell("callAnswered", {id: call.id});
});
at("end").addEventListener("click", end);
at("miss").addEventListener("click", () => {
    end();
    missed += 1;
    tell("missed", {count: missed});
});
at("open").addEventListener("click", () => tell("navigate", {path: "/odoo/contacts"}));

show();
if (parent !== window) {
    // To any page, since it reveals nothing.
    parent.postMessage({axivox: MARK, type: "ready"}, "*");
}
