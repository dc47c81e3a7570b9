// A reloaded page opens where it was left: the tabs that were chosen, kept for this window alone.

const KEY = `mien.tabs ${location.pathname}`;
const PATIENCE = 10000;
const PAUSE = 100;

// The page measures its tabs with copies of no size; those are no tabs.
const tabs = () => [...document.querySelectorAll("#jobs [role=tab]")].filter((tab) => tab.offsetWidth > 1);
const isChosen = (tab) => tab.getAttribute("aria-selected") === "true";
const nameOf = (tab) => tab.textContent.trim();
const pause = () => new Promise((done) => setTimeout(done, PAUSE));

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(tabs().filter(isChosen).map(nameOf)));
  } catch {
    // A browser that keeps nothing opens the first tab.
  }
}

// A tab that may not be drawn yet.
async function found(name, until) {
  for (;;) {
    const tab = tabs().find((one) => nameOf(one) === name);
    if (tab || performance.now() > until) return tab;
    await pause();
  }
}

export async function keepPlace() {
  const until = performance.now() + PATIENCE;
  for (const name of kept()) {
    const tab = await found(name, until);
    if (!tab) break;
    if (!isChosen(tab)) tab.click();
    await pause();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#jobs [role=tab]")) setTimeout(keep, PAUSE);
  });
}
