/** Something JSON cannot carry. */
export interface NotJson {
  /** From the outside in: the names of fields, the places in arrays. */
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/**
 * Looks for what JSON cannot carry, or would change on the way: `undefined`, numbers that are not finite, big integers,
 * functions, objects that are more than their fields, circles, half characters. A schema may well let such things through.
 */
export function findNotJson(value: unknown, levels = maxLevels): NotJson | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : { path: [], what: 'text with half a character' };
    case 'number':
      return Number.isFinite(value) ? undefined : { path: [], what: String(value) };
    case 'boolean':
      return undefined;
    case 'object':
      if (value === null) return undefined;
      if (levels === 0) return { path: [], what: `a circle, or over ${maxLevels} levels deep` };
      return Array.isArray(value) ? findInArray(value, levels) : findInObject(value, levels);
    default:
      return { path: [], what: typeof value };
  }
}

function findInArray(items: readonly unknown[], levels: number): NotJson | undefined {
  for (const [place, item] of items.entries()) {
    const found = findNotJson(item, levels - 1);
    if (found !== undefined) return { ...found, path: [place, ...found.path] };
  }
  return undefined;
}

function findInObject(object: object, levels: number): NotJson | undefined {
  if (!isPlain(object)) return { path: [], what: `an object of class ${object.constructor.name}` };
  for (const [field, value] of Object.entries(object)) {
    const found = findNotJson(value, levels - 1);
    if (found !== undefined) return { ...found, path: [field, ...found.path] };
  }
  return undefined;
}

/** Of no class. `Object.prototype` itself is not compared with: there is one in each realm. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const maxLevels = 32;
