/** 21.700000000000003 is an artefact of binary fractions: it becomes 21.7. */
export const tidy = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));
