export { createSampleViews, sampleIds, type SampleViews } from './sample-views.ts';
