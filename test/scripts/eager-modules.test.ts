import { describe, expect, it } from "vitest";
import { compileModulesAtOnce } from "../../scripts/eager-modules.ts";

describe("the bundle's modules", () => {
  it("get parentheses, whatever their code holds", () => {
    const bundle = '(()=>{var a={12:(a,b)=>{a.exports="})"},7:a=>{b={1:2};a.exports=/[{]/}};var r={};a[7](r)})();';
    expect(compileModulesAtOnce(bundle)).toBe(
      '(()=>{var a={12:((a,b)=>{a.exports="})"}),7:(a=>{b={1:2};a.exports=/[{]/})};var r={};a[7](r)})();',
    );
  });

  it("must be where they are looked for", () => {
    expect(() => compileModulesAtOnce("const a = { b: 1 };")).toThrow(/no table of modules/);
  });
});
