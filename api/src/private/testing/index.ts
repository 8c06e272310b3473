export { chromiumFlags, findChromium } from './find-chromium.ts';
export { reportFailures, weakTexts } from './page-scripts.ts';
export { createSampleViews, sampleIds, type SampleViews } from './sample-views.ts';
