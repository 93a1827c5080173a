// Light or dark: as the system says until the button is pressed.

function makeTheme(button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const show = () => {
    const on = chosen === null ? dark.matches : chosen;
    document.documentElement.dataset.theme = on ? "dark" : "light";
    button.setAttribute("aria-pressed", on);
  };
  dark.onchange = show;
  button.onclick = () => {
    chosen = document.documentElement.dataset.theme !== "dark";
    show();
  };
  show();
}
