// Small parts that every panel is made of.

export function make(kind, options = {}, ...children) {
  const { dataset, on, ...rest } = options;
  const one = Object.assign(document.createElement(kind), rest);
  Object.assign(one.dataset, dataset ?? {});
  for (const [name, work] of Object.entries(on ?? {})) one.addEventListener(name, work);
  one.append(...children);
  return one;
}

export const button = (text, click, className = "") =>
  make("button", { type: "button", textContent: text, className, on: { click } });

export function saveFile(name, data) {
  const url = URL.createObjectURL(new Blob([data]));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
