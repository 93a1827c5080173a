// Light or dark: as the system says until the button is pressed. Paper is always light.

// makeTheme wires the button, which names the theme that it changes to, and calls changed() when other colours are needed. It returns how
// to ask for the theme.
function makeTheme(button, changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
  // A browser that is asked for `matches` before it reports a change never reports it, so that it is asked in the handlers alone.
  let system = dark.matches, printing = paper.matches, chosen = null;
  const screen = () => chosen ?? (system ? "dark" : "light");
  const show = () => {
    document.documentElement.dataset.theme = screen();
    button.textContent = `Use ${screen() === "dark" ? "light" : "dark"} colours`;
    changed();
  };
  const print = (now) => {
    printing = now;
    changed();
  };
  dark.onchange = (event) => {
    system = event.matches;
    show();
  };
  paper.onchange = (event) => print(event.matches);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  button.onclick = () => {
    chosen = screen() === "dark" ? "light" : "dark";
    show();
  };
  show();
  return { onPaper: () => printing, name: () => (printing ? "light" : screen()) };
}
