# Bootstrap validation and calibration of two logistic regressions, and areas under the ROC curve, from rms and pROC.
#
# Run: Rscript generate.R FOLDER   (FOLDER holds birthwt.csv and uis.csv; writes expected.csv here)

suppressMessages({library(rms); library(pROC)})
folder <- commandArgs(TRUE)[1]
seeds <- 1:20
draws <- 500

rows <- list()
record <- function(case, quantity, value, error = NA) {
  rows[[length(rows) + 1L]] <<- data.frame(case = case, quantity = quantity, value = sprintf("%.12g", value),
                                           sd = sprintf("%.4g", error))
}

birthwt <- read.csv(file.path(folder, "birthwt.csv"))
birthwt$black <- as.integer(birthwt$race == 2)
birthwt$other <- as.integer(birthwt$race == 3)
uis <- read.csv(file.path(folder, "uis.csv"))
cases <- list(
  birthwt = list(data = birthwt, formula = low ~ age + lwt + smoke + ptl + ht + ui + black + other, small = low ~ age + lwt),
  uis = list(data = uis, formula = CENSOR ~ AGE + BECK + IV3 + NDT + RACE + TREAT + SITE, small = CENSOR ~ AGE + NDT)
)
measures <- c("Dxy", "R2", "Intercept", "Slope", "Emax", "D", "U", "Q", "B", "g", "gp")

for (case in names(cases)) {
  this <- cases[[case]]
  fit <- lrm(this$formula, data = this$data, x = TRUE, y = TRUE, tol = 1e-13, eps = 1e-12)
  p <- as.numeric(plogis(fit$linear.predictors))
  at <- unname(quantile(p, seq(0.1, 0.9, 0.1)))
  found <- lapply(seeds, function(seed) { set.seed(seed); unclass(validate(fit, B = draws)) })
  for (measure in measures) {
    record(case, paste0("apparent_", measure), found[[1]][measure, "index.orig"])
    optimism <- sapply(found, function(v) v[measure, "optimism"])
    record(case, paste0("optimism_", measure), mean(optimism), sd(optimism))
  }
  curves <- lapply(seeds, function(seed) { set.seed(seed); unclass(calibrate(fit, predy = at, B = draws)) })
  for (i in seq_along(at)) {
    record(case, paste0("predicted_", i), at[i])
    record(case, paste0("curve_apparent_", i), curves[[1]][i, "calibrated.orig"])
    corrected <- sapply(curves, function(v) v[i, "calibrated.corrected"])
    record(case, paste0("curve_corrected_", i), mean(corrected), sd(corrected))
  }
  y <- as.integer(fit$y) - (if (is.factor(fit$y)) 1L else 0L)
  small <- lrm(this$small, data = this$data, tol = 1e-13, eps = 1e-12)
  large_roc <- roc(y, p, levels = c(0, 1), direction = "<")
  small_roc <- roc(y, as.numeric(plogis(small$linear.predictors)), levels = c(0, 1), direction = "<")
  interval <- ci.auc(large_roc, method = "delong")
  record(case, "auc", as.numeric(auc(large_roc)))
  record(case, "auc_low", interval[1])
  record(case, "auc_high", interval[3])
  test <- roc.test(large_roc, small_roc, method = "delong", paired = TRUE)
  record(case, "auc_small", as.numeric(auc(small_roc)))
  record(case, "paired_z", unname(test$statistic))
  record(case, "paired_p", test$p.value)
  record(case, "paired_low", test$conf.int[1])
  record(case, "paired_high", test$conf.int[2])
}
write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
