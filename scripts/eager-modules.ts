import { type AnyNode, type Property, parse } from "acorn";

/** Is `node` webpack's table of modules: functions by numeric ids? */
function isModuleTable(node: AnyNode): node is Extract<AnyNode, { type: "ObjectExpression" }> {
  return (
    node.type === "ObjectExpression" &&
    node.properties.length > 0 &&
    node.properties.every(
      (property) =>
        property.type === "Property" &&
        property.key.type === "Literal" &&
        typeof property.key.value === "number" &&
        /Function/.test(property.value.type),
    )
  );
}

function findModuleTable(node: unknown): readonly Property[] | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  if ("type" in node && isModuleTable(node as AnyNode)) return (node as { properties: readonly Property[] }).properties;
  for (const child of Object.values(node)) {
    const table = findModuleTable(child);
    if (table) return table;
  }
  return undefined;
}

/**
 * The bundle with the functions of its modules in parentheses. V8 only skims a function until it is called, and then parses it again;
 * one in parentheses it compiles at once (https://v8.dev/blog/preparser#pife). All modules of the main file run at the start, so
 * this saves the start one of two passes over them. Minifying takes webpack's own parentheses away.
 */
export function compileModulesAtOnce(code: string): string {
  const table = findModuleTable(parse(code, { ecmaVersion: "latest" }));
  if (!table) throw new Error("The bundle has no table of modules where scripts/eager-modules.ts looks for it.");
  let wrapped = "";
  let end = 0;
  for (const { value } of table) {
    wrapped += `${code.slice(end, value.start)}(${code.slice(value.start, value.end)})`;
    end = value.end;
  }
  return wrapped + code.slice(end);
}
