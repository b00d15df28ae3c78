// Filters the findings, copies them as Markdown, and opens the one that the address names.
(() => {
  const all = [...document.querySelectorAll(".finding")];
  const bar = document.querySelector(".filters");
  const search = bar.querySelector("input"), pack = bar.querySelector("select");
  const levels = [...bar.querySelectorAll("[data-severity]")];
  const count = bar.querySelector(".count");

  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set(levels.filter(b => b.getAttribute("aria-pressed") === "true").map(b => b.dataset.severity));
    let left = 0;
    for (const finding of all) {
      const text = [...finding.querySelectorAll("header, p, .evidence")].filter(part => !part.closest(".code"))
        .map(part => part.textContent).join(" ").toLowerCase();
      const fits = shown.has(finding.dataset.severity) && (!pack.value || finding.dataset.package === pack.value)
        && words.every(word => text.includes(word));
      finding.hidden = !fits;
      const row = document.querySelector(`.glance tr[data-finding="${finding.id}"]`);
      if (row) row.hidden = !fits;
      if (fits) left += 1;
    }
    count.textContent = left === all.length ? "" : `${left} of ${all.length}`;
  };
  search.addEventListener("input", update);
  pack.addEventListener("change", update);
  for (const level of levels) level.addEventListener("click", () => {
    level.setAttribute("aria-pressed", String(level.getAttribute("aria-pressed") !== "true"));
    update();
  });

  const code = text => text.replaceAll("`", "'");
  const markdown = finding => {
    const part = name => finding.querySelector(name)?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const lines = [`### ${part("h3")}`, "", `*${finding.dataset.severity}*`];
    if (part(".where")) lines.push("", "`" + code(part(".where code")) + "`");
    for (const paragraph of finding.querySelectorAll(".said")) {
      lines.push("", paragraph.textContent.trim().replace(/\s+/g, " "));
    }
    return lines.join("\n");
  };
  const copy = async (button, text) => {
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page from a file may not use the clipboard everywhere.
      const area = document.body.appendChild(document.createElement("textarea"));
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = said; }, 1200);
  };
  for (const finding of all) {
    const button = finding.querySelector(".copy");
    button.addEventListener("click", () => copy(button, markdown(finding)));
  }
  const whole = bar.querySelector(".copy");
  whole.addEventListener("click", () => {
    const title = `## ${document.querySelector("h1").textContent}`;
    const facts = [...document.querySelectorAll(".facts li")].map(li => li.textContent.trim()).join(" · ");
    copy(whole, [title, facts, ...all.filter(finding => !finding.hidden).map(markdown)].join("\n\n"));
  });

  // A finding, its source, or a line of that: all folds around it open.
  const open = () => {
    const named = document.getElementById(location.hash.slice(1));
    const finding = named?.closest(".finding");
    if (!finding) return;
    finding.hidden = false;
    finding.querySelector("details").open = true;
    for (let fold = named.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    named.scrollIntoView({block: named === finding ? "start" : "center"});
  };
  addEventListener("hashchange", open);
  open();

  // One moment in all charts of the same time axis.
  const moments = [...document.querySelectorAll(".chart")].map(chart => [...chart.querySelectorAll(".at")]);
  for (const marks of moments) for (const mark of marks) {
    const light = on => {
      for (const others of moments) if (others !== marks && others.length === marks.length) {
        others[marks.indexOf(mark)].classList.toggle("lit", on);
      }
    };
    mark.addEventListener("mouseenter", () => light(true));
    mark.addEventListener("mouseleave", () => light(false));
  }
})();
