// Tables that can be sorted and searched; small ones need neither.
document.addEventListener("DOMContentLoaded", () => {
  document.title = document.querySelector("h1:not(.title)").textContent;
  document.querySelectorAll("table.grid").forEach((table) => {
    if (table.tBodies[0] && table.tBodies[0].rows.length > 7) {
      jQuery(table).DataTable({
        paging: false, info: false, order: [], autoWidth: false,
        language: { search: "Search", zeroRecords: "No row has this." },
      });
    }
  });
});
