"use strict";
// Everything that comes from the desk is put in as text, never as markup.

const byId = (id) => document.getElementById(id);
const say = (words) => { byId("said").textContent = words; };

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  let found;
  try { found = await answer.json(); } catch { found = { error: `The desk answered ${answer.status}.`, next_step: "" }; }
  if (!answer.ok) throw new Error(`${found.error || "The desk refused."} ${found.next_step || ""}`.trim());
  return found;
}

function trying(work) {
  return async () => {
    say("");
    try { await work(); } catch (error) {
      say(error.name === "NotAllowedError" ? "The passkey was not used. Nothing was decided." : error.message);
    }
  };
}

async function sign(options) {
  const found = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return found.toJSON();
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function chosen() {
  const one = byId("proposal");
  if (one) return [one.dataset.id];
  return [...document.querySelectorAll("input[name=proposal]:checked")].map((box) => box.value);
}

let begun = null;

async function begin(decision) {
  const proposals = chosen();
  const waivers = [...document.querySelectorAll("input.waiver")].filter((one) => one.value.trim())
    .map((one) => ({ kind: one.dataset.kind, reason: one.value }));
  begun = await ask("/api/decisions/begin", {
    proposals, decision, approver: byId("approver").value, reason: byId("reason").value,
    waived: waivers.length ? { [proposals[0]]: waivers } : {},
  });
  const what = begun.decision === "approve" ? "You approve" : "You reject";
  byId("signing").textContent = `${what} ${begun.covers.map((one) => one.what).join("; ")}, as ${begun.approver}. ` +
    `${begun.level} Statement ${begun.digest}. Good for five minutes.`;
  byId("read").replaceChildren(...begun.covers.map((one) => {
    const part = document.createElement("div");
    part.append(paragraph(`${one.id}, plan ${one.digest}`), ...one.lines.map(paragraph));
    return part;
  }));
  byId("sign").hidden = false;
  byId("sign").scrollIntoView();
}

async function decide() {
  const mine = begun;
  if (!mine) throw new Error("Begin again: this was tried already.");
  begun = null;
  const credential = await sign(mine.options);
  const found = await ask(`/api/decisions/${mine.ticket}`, { credential });
  byId("sign").hidden = true;
  if (found.missing) say("Your approval is kept. Another approver has to decide too.");
  else say(found.decision === "approve" ? "Approved. It is being carried out." : "Rejected. Nothing was changed.");
  if (byId("proposal")) await follow(); else mark(mine, found);
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
    const found = await ask(`/api/proposals/${encodeURIComponent(id)}`);
    byId("state").textContent = found.state;
    byId("decisions").replaceChildren(...found.decisions.map((one) => {
      const made = document.createElement("li");
      made.textContent = `${one.decision} by ${one.by}, level ${one.level}, ${one.at}`;
      return made;
    }));
    if (found.state !== "open" && byId("decide")) byId("decide").hidden = true;
    if (found.run) {
      byId("run").hidden = false;
      byId("run-state").textContent = found.run.state;
      byId("steps").replaceChildren(...found.run.steps.map((step) => {
        const made = document.createElement("li");
        made.textContent = `${step.what}: ${step.outcome || "to come"}${step.note ? ` - ${step.note}` : ""}`;
        return made;
      }));
      if (found.run.ended) { say(`The run is ${found.run.state}.`); return; }
    }
    if (found.state !== "approved") return;
    await new Promise((done) => setTimeout(done, 700));
  }
}

async function enrol() {
  const code = location.hash.slice(1);
  const options = await ask("/api/enrolments/options", { code });
  const made = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
  });
  const who = await ask("/api/enrolments", { code, credential: made.toJSON() });
  say(`${who.name} is an approver now (${who.enrolled}).`);
  byId("enrol").hidden = true;
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
for (const [id, work] of [["passkey", decide], ["enrol", enrol], ["allow", allow]]) {
  if (byId(id)) byId(id).addEventListener("click", trying(work));
}
if (byId("proposal") && byId("proposal").dataset.state === "approved") trying(follow)();
