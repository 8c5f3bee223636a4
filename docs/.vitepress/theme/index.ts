import './style.css';

// The fonts of the system: nothing is fetched, from here or from elsewhere.
export { default } from 'vitepress/theme-without-fonts';
