#' Read the learning curves of a study's runs, one row an epoch
#'
#' @inheritParams read_results
#'
#' @returns A data frame of finished runs: study, protocol, experiment (a factor
#'   in the study's order), the configuration's columns; replicate, engine,
#'   backend, device, departures, key; epoch, from 1; loss and accuracy of the
#'   training images, as trained; val_loss and val_accuracy of the validation
#'   images, which are the test images where none are held out.
#' @export
#' @examples
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' curves <- read_epochs("kh2021", directory = folder)
#' curves[c("layer1", "layer2", "layerdense", "epoch", "val_accuracy")]
read_epochs <- function(study, experiments = NULL, where = NULL, protocol = NULL,
                        preset = NULL, any = NULL, store = NULL, directory = NULL) {
  where <- as_where(rlang::enquo(where))
  if (!is.null(directory)) {
    check_directory_only(where, preset, store)
    return(exported_epochs(study, experiments, protocol, isTRUE(any), as_path(directory)))
  }
  asked <- as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol,
    preset = preset, any = any, store = store
  )
  frame <- call_asked("read_epochs", c(asked, run_keys(study)))
  inform_left_out(frame)
  frame
}

# The epochs of an exported folder, beside the runs that they are of.
exported_epochs <- function(study, experiments, protocol, any, folder, call = caller_env()) {
  runs <- exported_results(study, experiments, protocol, any, folder, call)
  runs <- runs[runs$outcome == "done", ]
  about_run <- c("replicate", "engine", "backend", "device", "departures", "key")
  columns <- names(runs)[seq_len(match("epochs", names(runs)) - 1)]
  epochs <- read_exported(folder, "epoch.csv", call)
  scores <- c("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
  if (!all(c("run", scores) %in% names(epochs))) abort_damaged(file.path(folder, "epoch.csv"), call)
  # Two experiments can share a run.
  parts <- split(epochs[scores], factor(epochs$run, levels = unique(runs$key)))[runs$key]
  lengths <- vapply(parts, nrow, integer(1))
  of <- rep(seq_len(nrow(runs)), lengths)
  curves <- cbind(runs[of, unique(c(columns, about_run))], do.call(rbind, unname(parts)))
  rownames(curves) <- NULL
  curves
}
