// Questions that do not concern somebody are not shown. The server decides what counts; without this all are shown,
// each with the words that say whom it concerns.
const given = (form, name) => new FormData(form).getAll(name);

for (const words of document.querySelectorAll(".tn-question__when")) words.hidden = true;

for (const form of document.querySelectorAll("form:has([data-shown-by])")) {
  const follow = () => {
    for (const part of form.querySelectorAll("[data-shown-by]")) {
      part.hidden = !given(form, part.dataset.shownBy).includes(part.dataset.shownFor);
    }
  };
  form.addEventListener("change", follow);
  follow();
}
