"use strict";
// Everything that comes from the desk is put in as text, never as markup.

const byId = (id) => document.getElementById(id);
const say = (words, good = false) => {
  byId("said").classList.toggle("good", good);
  byId("said").textContent = words;
};

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  let found;
  try { found = await answer.json(); } catch { found = { error: `The desk answered ${answer.status}.`, next_step: "" }; }
  if (!answer.ok) throw new Error(`${found.error || "The desk refused."} ${found.next_step || ""}`.trim());
  return found;
}

// One thing at a time: a second click while the first is at work does nothing.
function trying(work) {
  return async (event) => {
    const button = event && event.currentTarget;
    if (button) button.disabled = true;
    say("");
    try { await work(); } catch (error) { say(worded(error)); }
    if (button) button.disabled = false;
  };
}

function worded(error) {
  if (error.name === "NotAllowedError") return "The passkey was not used. Nothing was decided.";
  if (error.name === "InvalidStateError") return "This device or key is an approver's already. Use another one.";
  if (error.name === "TypeError") return "The desk does not answer. Is it still running? Nothing was decided.";
  return error.message;
}

async function sign(options) {
  const found = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return found.toJSON();
}

function made(tag, text, kind = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  if (kind) one.className = kind;
  return one;
}

// What was found just now and may be let pass: a reason each, kept over reading again.
function waiverOf(cover, found, index) {
  const id = `found-${cover.id}-${index}`;
  const label = made("label", `To let "${found.kind}" pass (step ${found.steps.join(", ")}: ${found.cure}), say why`);
  label.htmlFor = id;
  const field = document.createElement("input");
  Object.assign(field, { id, className: "waiver found", maxLength: 300, autocomplete: "off" });
  Object.assign(field.dataset, { kind: found.kind, proposal: cover.id });
  const signed = begun.waivers.find((one) => one.proposal === cover.digest && one.kind === found.kind);
  field.value = signed ? signed.reason : "";
  field.placeholder = "empty: it stays blocked";
  return [label, field];
}

function plan(one) {
  const part = document.createElement("div");
  const frees = one.money ? `, frees ${one.money}` : "";
  part.append(made("h3", `${one.id}: ${one.what}${frees}`), made("p", `From data as of ${one.dates.data}.`, "fine"));
  part.append(...one.look_at.map((words) => made("p", `Look at this first: ${words}.`, "warn")));
  for (const line of one.lines) {
    if (line.text) part.append(made(line.kind === "person" ? "h4" : "p", line.text.trimStart(), line.kind));
  }
  part.append(...one.waivable.flatMap((found, index) => waiverOf(one, found, index)));
  return part;
}

function chosen() {
  const one = byId("proposal");
  if (one) return [one.dataset.id];
  return [...document.querySelectorAll("input[name=proposal]:checked")].map((box) => box.value);
}

let begun = null;

// By proposal: each kind once, what was typed last for it.
function reasons(only) {
  const found = {};
  for (const field of document.querySelectorAll("input.waiver")) {
    const proposal = field.dataset.proposal || only;
    if (!field.value.trim()) continue;
    found[proposal] = (found[proposal] || []).filter((one) => one.kind !== field.dataset.kind);
    found[proposal].push({ kind: field.dataset.kind, reason: field.value });
  }
  return found;
}

async function begin(decision) {
  const proposals = chosen();
  begun = await ask("/api/decisions/begin", {
    proposals, decision, approver: byId("approver").value, reason: byId("reason").value, waived: reasons(proposals[0]),
  });
  const what = begun.decision === "approve" ? "You approve" : "You reject";
  const whose = begun.covers.map((one) => `${one.id} (${one.what})`).join(", ");
  const waived = begun.waivers.map((one) => ` You let "${one.kind}" pass, because: ${one.reason}.`).join("");
  const because = begun.reason ? ` Because: ${begun.reason}.` : "";
  byId("signing").textContent = `${what} ${whose}, as ${begun.approver}.${because}${waived} ${begun.level}`;
  byId("order").textContent = begun.order;
  byId("read").replaceChildren(...begun.covers.map(plan));
  byId("again").hidden = !document.querySelector("input.waiver.found");
  byId("statement").textContent = `Statement ${begun.digest}. Sign it by ${begun.until}.`;
  signing(true);
  byId("sign-title").focus();
}

function signing(on) {
  byId("sign").hidden = !on;
  byId("decide").hidden = on;
  if (byId("proposal")) byId("proposal").hidden = on;
  if (byId("chosen")) byId("chosen").hidden = on;
}

// Reasons on the page that the statement does not hold, or holds otherwise.
function unsigned(one) {
  return [...document.querySelectorAll("input.waiver.found")].some((field) => {
    const cover = one.covers.find((found) => found.id === field.dataset.proposal);
    const signed = one.waivers.find((found) => found.proposal === cover.digest && found.kind === field.dataset.kind);
    return field.value.trim().split(/\s+/).join(" ") !== (signed ? signed.reason : "");
  });
}

async function decide() {
  const mine = begun;
  if (mine && unsigned(mine)) throw new Error("You typed a reason that is not in what you sign. Read it again with it first.");
  if (!mine) throw new Error("Begin again: this was tried already.");
  begun = null;
  const credential = await sign(mine.options);
  const found = await ask(`/api/decisions/${mine.ticket}`, { credential });
  signing(false);
  if (found.missing) say("Your approval is kept. Another approver has to decide too.", true);
  else say(found.decision === "approve" ? "Approved. It is being carried out." : "Rejected. Nothing was changed.", true);
  if (byId("proposal")) await follow(); else mark(mine, found);
}

async function again() {
  await begin("approve");
}

async function back() {
  byId("read").replaceChildren();
  begun = null;
  signing(false);
  say("Nothing was decided.");
}

function mark(asked, found) {
  const ended = found.decision === "approve" ? "approved" : "rejected";
  for (const { id } of asked.covers) {
    byId(`state-${id}`).textContent = found.missing ? "open, awaits a second approver" : ended;
    const box = document.querySelector(`input[name=proposal][value="${CSS.escape(id)}"]`);
    if (box) { box.checked = false; box.hidden = !found.missing; }
  }
}

async function follow() {
  const id = byId("proposal").dataset.id;
  for (;;) {
    const asked = performance.now();
    const found = await ask(`/api/proposals/${encodeURIComponent(id)}`);
    byId("state").textContent = found.state;
    byId("decisions").replaceChildren(...found.decisions.map((one) => made("li", one)));
    if (found.state !== "open" && byId("decide")) byId("decide").hidden = true;
    if (found.run) {
      byId("run").hidden = false;
      byId("run-state").textContent = found.run.state;
      byId("far").textContent = found.run.far;
      byId("steps").replaceChildren(...found.run.steps.map((step) => {
        const line = made("li", `${step.what}: ${step.outcome || "to come"}${step.note ? ` - ${step.note}` : ""}`);
        line.value = step.number;
        return line;
      }));
      for (const key of ["by_hand", "told"]) {
        byId(key).hidden = !found.run[key].length;
        byId(`${key}-lines`).replaceChildren(...found.run[key].map((one) => made("li", one)));
      }
      if (found.run.ended) { say(`The run is ${found.run.state}.`, found.run.state === "complete"); return; }
    }
    if (found.state !== "approved") return;
    // The desk that answers is the one that works: a page takes a tenth of its time at most.
    const rest = Math.max(700, 9 * (performance.now() - asked));
    await new Promise((done) => setTimeout(done, rest));
  }
}

async function enrol() {
  const code = location.hash.slice(1);
  const options = await ask("/api/enrolments/options", { code });
  const key = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
  });
  const who = await ask("/api/enrolments", { code, credential: key.toJSON() });
  say(`${who.name} is an approver now (${who.enrolled}).`, true);
  byId("enrol").hidden = true;
  byId("after").hidden = false;
}

async function allow() {
  const asked = await ask("/api/enrolments/open", { approver: byId("by").value, name: byId("name").value });
  const credential = await sign(asked.options);
  const door = await ask("/api/enrolments/open", { ticket: asked.ticket, credential });
  location.assign(`/enrol#${door.code}`);
}

for (const button of document.querySelectorAll("button[data-decision]")) {
  button.addEventListener("click", trying(() => begin(button.dataset.decision)));
}
for (const [id, work] of [["passkey", decide], ["again", again], ["back", back], ["enrol", enrol], ["allow", allow]]) {
  if (byId(id)) byId(id).addEventListener("click", trying(work));
}
if (byId("proposal") && byId("proposal").dataset.state === "approved") trying(follow)();
