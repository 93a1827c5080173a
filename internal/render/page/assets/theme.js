// Light or dark: as the system says until the button is pressed. Paper is always light.

// makeTheme wires the button, which names the theme that it changes to, and calls changed() when other colours are needed. It returns how
// to ask for the theme.
function makeTheme(button, changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
  let chosen = null, printing = false;
  const screen = () => chosen ?? (dark.matches ? "dark" : "light");
  const show = () => {
    document.documentElement.dataset.theme = screen();
    button.textContent = `Use ${screen() === "dark" ? "light" : "dark"} colours`;
    changed();
  };
  dark.onchange = paper.onchange = show;
  addEventListener("beforeprint", () => {
    printing = true;
    changed();
  });
  addEventListener("afterprint", () => {
    printing = false;
    changed();
  });
  button.onclick = () => {
    chosen = screen() === "dark" ? "light" : "dark";
    show();
  };
  show();
  const onPaper = () => printing || paper.matches;
  return { onPaper, name: () => (onPaper() ? "light" : screen()) };
}
