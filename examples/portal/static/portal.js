// Optional features of the pages: count down to the end of the session, update the dashboard, and
// copy texts. Forms and links work without this script.
"use strict";

const bar = document.getElementById("session-bar");
const token = document.querySelector("input[name=csrf_token]")?.value;

// A page from the browser's back/forward cache may belong to a login that has ended.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

let isLeaving = false;

// Send a request. If the login has ended, open the login page, which shows the reason. Only the
// first response counts.
async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, credentials: "same-origin" });

  if (response.status === 401 && !isLeaving) {
    isLeaving = true;
    const problem = await response.json().catch(() => ({}));
    const query = new URLSearchParams({ next: location.pathname + location.search });
    if (problem.reason) query.set("reason", problem.reason);
    location.assign(`${bar.dataset.login}?${query}`);
  }

  return response.ok ? response : null;
}

function countDown() {
  const countdown = document.getElementById("countdown");
  const warning = document.getElementById("session-warning");
  const asJson = { headers: { Accept: "application/json" } };
  let ends = Date.parse(bar.dataset.ends);
  let isAsking = false;

  function show() {
    const seconds = Math.max(0, Math.round((ends - Date.now()) / 1000));
    const hours = Math.floor(seconds / 3600);
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
    if (hours) parts.unshift(hours);
    countdown.textContent = parts
      .map((part, index) => (index ? String(part).padStart(2, "0") : part))
      .join(":");
    const isEnding = seconds < Number(bar.dataset.warn);

    // The warning is read out once, each time that the end comes near.
    if (isEnding !== bar.classList.contains("is-ending")) {
      bar.classList.toggle("is-ending", isEnding);
      warning.hidden = !isEnding;
    }

    if (seconds === 0) check();
  }

  async function take(request) {
    const answer = await request.catch(() => null);
    const session = answer && (await answer.json());
    if (session?.ends) ends = Date.parse(session.ends);
  }

  // Another tab may have prolonged the session, or ended it.
  async function check() {
    if (isAsking) return;
    isAsking = true;
    await take(ask(bar.dataset.url, asJson));
    // The clock of this computer may be ahead of the server's.
    setTimeout(() => { isAsking = false; }, 3000);
  }

  document.getElementById("stay").form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    await take(ask(event.target.action, { method: "POST", headers }));
    show();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
  setInterval(show, 1000);
  setInterval(check, 30000);
  show();
}

function poll(live) {
  async function refresh() {
    if (document.hidden) return;
    // A client that prefers JSON gets the reason of a refusal in it.
    const headers = { Accept: "application/json, text/html;q=0.5" };
    const response = await ask(live.dataset.poll, { headers }).catch(() => null);
    if (!response) return;
    const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
    live.innerHTML = await response.text();
    if (focused) document.getElementById(focused)?.focus();
  }

  setInterval(refresh, Number(live.dataset.seconds) * 1000);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const text = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = text; }, 2000);
  });
}

if (bar) {
  countDown();
  const live = document.querySelector("[data-poll]");
  if (live) poll(live);
}
