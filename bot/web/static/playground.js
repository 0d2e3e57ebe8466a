// Every page works without this file; with it, less has to be loaded anew.

const announce = (sentence) => {
  const place = document.getElementById("announce");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = sentence; });
};

function limitGenres(group) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const limit = Number(group.dataset.limit);
  const update = (event) => {
    const full = boxes.filter((box) => box.checked).length >= limit;
    for (const box of boxes) box.disabled = full && !box.checked;
    if (full && event) announce(group.dataset.limitSentence);
  };
  group.addEventListener("change", update);
  update();
}

function showDial(output) {
  const dial = document.getElementById(output.htmlFor.value);
  const update = () => { output.value = dial.value; };
  dial.addEventListener("input", update);
  update();
}

// Posts a form and returns what came of it: { ok, state, sentence, wait }, the sentence for people, the wait in seconds.
async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const state = await answer.json();
    const wait = Number(answer.headers.get("Retry-After"));
    return { ok: answer.ok, state, sentence: answer.ok ? state.sentence : state.detail, wait };
  } catch {
    return { ok: false, state: {}, sentence: form.dataset.lost, wait: 0 };
  }
}

// Returns what shows a sentence below a form, for some seconds if it is about waiting; without a sentence it goes away.
function complaintOf(form) {
  const complaint = document.createElement("p");
  complaint.className = "complaint";
  complaint.setAttribute("role", "alert");
  complaint.hidden = true;
  form.append(complaint);
  let timer = 0;
  return (sentence = "", wait = 0) => {
    clearTimeout(timer);
    complaint.hidden = !sentence;
    complaint.textContent = sentence;
    if (wait) timer = setTimeout(() => { complaint.hidden = true; }, 1000 * wait);
  };
}

function orderInPlace(form) {
  const complain = complaintOf(form);
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const button = event.submitter;
    button?.setAttribute("aria-disabled", "true");
    complain();
    const { ok, state, sentence, wait } = await send(form, button);
    busy = false;
    button?.removeAttribute("aria-disabled");
    if (ok) location.assign(state.page);
    else complain(sentence, wait);
  });
}

function watch(section) {
  const find = (name) => section.querySelector(`[data-${name}]`);
  const source = new EventSource(section.dataset.events);
  const progress = section.querySelector("progress");
  let first = 0;
  const over = () => { source.close(); progress.hidden = true; };
  source.addEventListener("progress", (event) => {
    const state = JSON.parse(event.data);
    if (find("sentence").textContent !== state.sentence) find("sentence").textContent = state.sentence;
    find("position").textContent = state.position ?? "♪";
    first = Math.max(first, state.position ?? 0);
    if (first && state.position) {
      progress.max = first + 1;
      progress.value = first + 1 - state.position;
    } else {
      progress.removeAttribute("value");
    }
  });
  source.addEventListener("done", (event) => {
    over();
    location.replace(JSON.parse(event.data).page);
  });
  source.addEventListener("failed", (event) => {
    over();
    const complaint = find("complaint");
    complaint.textContent = JSON.parse(event.data).sentence;
    complaint.hidden = false;
    find("sentence").hidden = true;
    find("again").hidden = false;
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) location.reload(); // the server no longer knows this card: let it say so
    else find("sentence").textContent = section.dataset.lost;
  });
}

function rateInPlace(form) {
  const summary = form.parentElement.querySelector("[data-summary]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ok, state, sentence } = await send(form, event.submitter);
    summary.textContent = sentence;
    announce(sentence);
    if (!ok) return;
    for (const button of form.querySelectorAll("button")) {
      const own = Number(button.dataset.value) === state.own;
      button.setAttribute("aria-pressed", String(own));
      button.value = own ? "0" : button.dataset.value;
      button.querySelector("[data-count]").textContent = state.histogram[button.dataset.value];
    }
  });
}

function keepInPlace(form) {
  const complain = complaintOf(form);
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ok, state, sentence, wait } = await send(form, button);
    complain(ok ? "" : sentence, wait);
    if (!ok) return;
    button.setAttribute("aria-pressed", String(state.kept));
    button.value = state.kept ? "0" : "1";
  });
}

function growGrid(grid) {
  const load = async (item) => {
    const address = new URL(item.querySelector("a").href);
    address.searchParams.set("tiles", "");
    const answer = await fetch(address);
    if (!answer.ok) return; // the link stays for the hand
    const page = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, "text/html");
    const fresh = [...page.querySelectorAll("ul > li")];
    item.replaceWith(...fresh);
    announce(grid.dataset.loaded);
    observe();
  };
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      load(entry.target).catch(() => {}); // offline: the link stays for the hand
    }
  }, { rootMargin: "600px" });
  const observe = () => { for (const item of grid.querySelectorAll("[data-older]")) observer.observe(item); };
  observe();
}

function copyLink(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    announce(button.dataset.copied);
  });
}

const each = (selector, start) => document.querySelectorAll(selector).forEach(start);
each("[data-limit]", limitGenres);
each("[data-dial-output]", showDial);
each("form[data-make]", orderInPlace);
each("[data-events]", watch);
each("form[data-rate]", rateInPlace);
each("form[data-keep]", keepInPlace);
each("[data-grid]", growGrid);
each("[data-copy]", copyLink);
