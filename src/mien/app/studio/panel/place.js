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

// A tab that may not be drawn yet; none where somebody was quicker and chose another.
async function found(name, until, isLate) {
  while (!isLate() && performance.now() < until) {
    const tab = tabs().find((one) => nameOf(one) === name);
    if (tab) return tab;
    await pause();
  }
  return null;
}

export async function keepPlace() {
  const [first] = tabs();
  let taken = Boolean(first) && !isChosen(first); // somebody was quicker than this script
  const take = (event) => { taken ||= event.isTrusted && Boolean(event.target.closest?.("#jobs [role=tab]")); };
  document.addEventListener("click", take, true);
  const until = performance.now() + PATIENCE;
  for (const name of kept()) {
    const tab = await found(name, until, () => taken);
    if (!tab) break;
    if (!isChosen(tab)) tab.click();
    while (!isChosen(tab) && !taken && performance.now() < until) await pause();
  }
  document.removeEventListener("click", take, true);
  const watched = { subtree: true, childList: true, attributeFilter: ["aria-selected"] };
  new MutationObserver(keep).observe(document.getElementById("jobs"), watched);
  keep();
}
