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

function postOnce(form) {
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
    button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => button.removeAttribute("aria-disabled")); // after the back button
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
  const buttons = [...form.querySelectorAll("button")];
  const summary = form.parentElement.querySelector("[data-summary]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ value: event.submitter.value });
    let sentence;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const state = await answer.json();
      sentence = answer.ok ? state.sentence : state.detail;
      if (answer.ok) {
        for (const button of buttons) {
          const own = Number(button.dataset.value) === state.own;
          button.setAttribute("aria-pressed", String(own));
          button.value = own ? "0" : button.dataset.value;
        }
      }
    } catch {
      sentence = form.dataset.lost;
    }
    summary.textContent = sentence;
    announce(sentence);
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
each("form[data-make]", postOnce);
each("[data-events]", watch);
each("form[data-rate]", rateInPlace);
each("[data-grid]", growGrid);
each("[data-copy]", copyLink);
