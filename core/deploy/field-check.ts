import { hasOwnSize, sizeOfField } from '../contract/document/field-size.ts';
import type { FieldFormatConfig } from '../contract/document/points.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';

/** Mistakes in the description of a field. `frame`: the length of the frames where it is known. */
export function fieldFaults(field: FieldFormatConfig, frame: number | undefined, at: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  const add = (key: string, message: string, remedy: string): void => void faults.push({ path: [...at, key], message, remedy });
  const size = sizeOfField(field) ?? 1;
  if (hasOwnSize(field.type) && field.length !== undefined && field.length !== size) {
    add('length', `The type ${field.type} has ${size} bytes.`, 'Leave the length out, or use another type.');
  }
  if (field.mask !== undefined && !/^u?int\d/.test(field.type)) {
    add('mask', `A mask is for integers, not for ${field.type}.`, 'Leave the mask out.');
  }
  if (field.bit !== undefined && field.type !== 'bool') {
    add('bit', `One bit is a bool, not ${field.type}.`, 'Use the type bool, or a mask.');
  }
  if (field.type === 'bool' && (size > 4 || (field.bit ?? 0) >= size * 8)) {
    add('bit', `There is no bit ${field.bit ?? 0} in ${size} bytes that can be used.`, 'Use up to 4 bytes, bits from 0.');
  }
  if (field.scale === 0) add('scale', 'A scale of 0 makes every value 0.', 'Give the factor, e.g. 0.1.');
  const from = field.at < 0 && frame !== undefined ? frame + field.at : field.at;
  if ((frame !== undefined && (from < 0 || from + size > frame)) || (field.at < 0 && -field.at < size)) {
    add(
      'at',
      `The field reaches beyond the frame${frame === undefined ? '' : ` of ${frame} bytes`}.`,
      'Count from 0, or from the end with -1.',
    );
  }
  return faults;
}
