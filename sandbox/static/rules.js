// The lines of Advanced options: added, dragged or moved into order, deleted.
const rules = document.getElementById("rules");

document.getElementById("add-rule").addEventListener("click", () => {
    rules.append(document.getElementById("new-rule").content.cloneNode(true));
    rules.lastElementChild.querySelector("input").focus();
});

rules.addEventListener("click", ({target}) => {
    const rule = target.closest(".rule");
    const moves = {
        up: () => rule.previousElementSibling?.before(rule),
        down: () => rule.nextElementSibling?.after(rule),
        away: () => rule.remove(),
    };
    moves[target.dataset.move]?.();
    // A button that is moved loses the focus.
    target.focus();
});

let dragged = null;
rules.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".rule");
    dragged.classList.add("dragged");
    event.dataTransfer.setDragImage(dragged, 0, 0);
});
rules.addEventListener("dragover", (event) => {
    const over = event.target.closest(".rule");
    if (!dragged) {
        return;
    }
    event.preventDefault();
    if (over && over !== dragged) {
        const {top, height} = over.getBoundingClientRect();
        over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
    }
});
rules.addEventListener("drop", (event) => event.preventDefault());
rules.addEventListener("dragend", () => {
    dragged.classList.remove("dragged");
    dragged = null;
});
