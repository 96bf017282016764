// <policy-presets>: choosing a preset writes its numbers, which may be changed afterwards.
class PolicyPresets extends HTMLElement {
  connectedCallback() {
    const presets = JSON.parse(document.getElementById("policy-presets").textContent);
    this.addEventListener("change", ({ target }) => {
      if (target.name !== "preset") return;
      for (const [name, number] of Object.entries(presets[target.value])) this.querySelector(`[name=${name}]`).value = number;
    });
  }
}

customElements.define("policy-presets", PolicyPresets);
