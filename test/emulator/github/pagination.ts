const DEFAULT_PER_PAGE = 30;
const MAXIMUM_PER_PAGE = 100;

/** A page of items, and the `Link` header that goes with it. */
export interface Page<Item> {
  items: readonly Item[];
  link: string | undefined;
}

function number(text: string | null, fallback: number): number {
  const value = Number(text);
  return text !== null && Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

/** As on GitHub, a `per_page` over 100 counts as 100, and a page after the last one is empty. */
export function pageOf<Item>(items: readonly Item[], url: URL): Page<Item> {
  const perPage = Math.min(number(url.searchParams.get("per_page"), DEFAULT_PER_PAGE), MAXIMUM_PER_PAGE);
  const page = number(url.searchParams.get("page"), 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const linkTo = (target: number, rel: string) => {
    const other = new URL(url);
    other.searchParams.set("page", String(target));
    return `<${other.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [linkTo(page + 1, "next"), linkTo(last, "last")] : []),
    ...(page > 1 ? [linkTo(1, "first")] : []),
  ];
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    link: links.length > 0 ? links.join(", ") : undefined,
  };
}
