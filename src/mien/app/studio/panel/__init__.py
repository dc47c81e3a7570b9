"""The live panel's page: `panel.js` with `link.js`, `camera.js`, `view.js`, and its style."""
