'use strict';
// Words to elements; text is never read as markup.

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function list(pairs) {
  const made = element('dl');
  for (const [name, value] of pairs) {
    made.append(element('dt', {textContent: name}), element('dd', {textContent: plain(value)}));
  }
  return made;
}
