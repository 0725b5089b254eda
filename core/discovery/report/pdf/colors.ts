import type { Judgement } from '../facts.ts';

export const INK = '#16191d';
export const QUIET = '#5b636c';
export const LINE = '#c9ced4';
export const SHADE = '#f0f2f4';
export const PASS = '#0a5c2b';
export const FAIL = '#a01010';

export const colorOf = (judgement: Judgement): string => (judgement === 'passed' ? PASS : FAIL);
