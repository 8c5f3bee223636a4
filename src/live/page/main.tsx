import { render } from 'preact';
import { App } from './app.js';
import { applyTheme, savedTheme } from './theme.js';

applyTheme(savedTheme());
render(<App />, document.getElementById('page') as HTMLElement);
