# Area under the ROC curve, DeLong's interval and paired test, with ties, from pROC.
#
# Run: Rscript generate.R   (in this folder; writes input.csv and expected.csv)

suppressMessages(library(pROC))
set.seed(20261126)
n <- 180
y <- as.integer(runif(n) < 0.25)
latent <- rnorm(n) + 0.9 * y
data <- data.frame(
  y = y,
  coarse = floor(2 * (latent + 0.6 * rnorm(n))), # a dozen values: many ties within and between the classes
  fine = round(latent + rnorm(n), 1),
  against = round(0.2 * rnorm(n) - 0.5 * y, 2), # ranks the wrong way round
  near = round(y * 3 + rnorm(n), 2) # upper limit of the interval near 1
)
write.csv(data, "input.csv", row.names = FALSE, quote = FALSE)

rows <- list()
record <- function(case, quantity, value) {
  rows[[length(rows) + 1L]] <<- data.frame(case = case, quantity = quantity, value = sprintf("%.15g", value))
}
scores <- setdiff(names(data), "y")
curves <- lapply(scores, function(s) roc(data$y, data[[s]], levels = c(0, 1), direction = "<"))
names(curves) <- scores
for (s in scores) {
  interval <- ci.auc(curves[[s]], method = "delong", conf.level = 0.95)
  record(s, "auc", as.numeric(auc(curves[[s]])))
  record(s, "se", sqrt(var(curves[[s]], method = "delong")))
  record(s, "ci_low", interval[1])
  record(s, "ci_high", interval[3])
}
for (pair in list(c("coarse", "fine"), c("fine", "near"), c("coarse", "against"))) {
  test <- roc.test(curves[[pair[1]]], curves[[pair[2]]], method = "delong", paired = TRUE)
  case <- paste(pair, collapse = "-")
  record(case, "difference", unname(test$estimate[1] - test$estimate[2]))
  record(case, "z", unname(test$statistic))
  record(case, "p", test$p.value)
  record(case, "ci_low", test$conf.int[1])
  record(case, "ci_high", test$conf.int[2])
}
write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
