export const id = 256;
export const ids = [256];
export const modules = {

/***/ 4256:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   whyNoSecrets: () => (/* binding */ whyNoSecrets)
/* harmony export */ });
async function whyNoSecrets() {
    const { context } = await __webpack_require__.e(/* import() */ 413).then(__webpack_require__.bind(__webpack_require__, 2413));
    const head = context.payload.pull_request?.["head"]?.repo?.full_name;
    const base = context.payload.repository?.full_name;
    if (context.actor === "dependabot[bot]")
        return "This run was started by Dependabot, which gets no Actions secrets.";
    if (head !== undefined && base !== undefined && head !== base) {
        return "This run was started by a pull request from a fork, which gets no secrets.";
    }
    return undefined;
}


/***/ })

};
