import { type ObjectExpression, type Property, parse } from "acorn";

function isModule(property: ObjectExpression["properties"][number]): property is Property {
  if (property.type !== "Property" || property.key.type !== "Literal") return false;
  return typeof property.key.value === "number" && property.value.type.includes("Function");
}

/** webpack's table of modules: functions by numbers. */
function findModules(node: object): readonly Property[] | undefined {
  const { type, properties } = node as Partial<ObjectExpression>;
  if (type === "ObjectExpression" && properties?.[0] && properties.every(isModule)) return properties;
  for (const child of Object.values(node)) {
    const modules = typeof child === "object" && child !== null ? findModules(child) : undefined;
    if (modules) return modules;
  }
  return undefined;
}

/**
 * The bundle with the functions of its modules in parentheses. V8 only skims a function until it is called, and then parses it again;
 * one in parentheses it compiles at once (https://v8.dev/blog/preparser#pife). All modules of the main file run at the start, so
 * this saves the start one of two passes over them. Minifying takes webpack's own parentheses away.
 */
export function compileModulesAtOnce(code: string): string {
  const modules = findModules(parse(code, { ecmaVersion: "latest" }));
  if (!modules) throw new Error("The bundle has no table of modules where scripts/eager-modules.ts looks for it.");
  let wrapped = "";
  let end = 0;
  for (const { value } of modules) {
    wrapped += `${code.slice(end, value.start)}(${code.slice(value.start, value.end)})`;
    end = value.end;
  }
  return wrapped + code.slice(end);
}
