/** Run in the page, where no types reach: scripts as text. Reports to the console what would stay silent. */
export const reportFailures = String.raw`
  document.addEventListener('qerror', ({ detail }) => console.error('qerror', detail?.error));
  document.addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective));
`;

/** Evaluates to how many texts were examined, and those whose colour is too close to what is behind them (WCAG AA: a contrast of 4.5). */
export const weakTexts = String.raw`(() => {
  const parse = (color) => (/rgba?\((.+)\)/.exec(color)?.[1] ?? '0,0,0,0').split(/[ ,/]+/).map(Number);
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  let examined = 0;
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join('');
    if (text === '' || element.closest('.visually-hidden, .skip, noscript')) continue;
    examined += 1;
    const levels = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (levels[0] + 0.05) / (levels[1] + 0.05);
    if (!(contrast >= 4.5)) weak.add(contrast.toFixed(2) + ' ' + element.className + ' ' + text.slice(0, 40));
  }
  return { examined, weak: [...weak] };
})()`;
