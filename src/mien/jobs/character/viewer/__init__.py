"""The 3D page of a character: made of `viewer.js` and `page.html`; `bundle.js` is what ships."""
