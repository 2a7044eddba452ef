# Recidivism by week, employment of the week before: errors clustered by person and by week.
# Run: Rscript generate.R PATH/TO/data   (writes expected.csv beside itself)
suppressMessages(library(sandwich))
arguments <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("--file=", "", arguments[grep("--file=", arguments)]))
data <- read.csv(file.path(commandArgs(trailingOnly = TRUE)[1], "rossi_weekly/rossi_person_week.csv"))
data <- data[!is.na(data$employed_prev_week), ]
data$employed <- data$employed_prev_week
for (column in c("fin", "race", "wexp", "mar", "paro")) {
  data[[column]] <- factor(data[[column]], levels = sort(unique(data[[column]]), method = "radix"))
}
formula <- arrest ~ fin + age + race + wexp + mar + paro + prio + week + employed
strict <- glm.control(epsilon = 1e-15, maxit = 200)
first <- glm(formula, family = binomial, data = data, control = strict)
# Started again at its own optimum, because the covariance has the weights of the step before the last.
fit <- glm(formula, family = binomial, data = data, control = strict, start = coef(first))
covariance <- vcovCL(fit, cluster = ~ person_id + week, type = "HC0", cadjust = TRUE)
stopifnot(min(eigen(cov2cor(covariance))$values) > 0)
terms <- names(coef(fit))
terms[1] <- "(intercept)"
for (column in c("fin", "race", "wexp", "mar", "paro")) {
  own <- startsWith(terms, column)
  terms[own] <- paste0(column, "[", substring(terms[own], nchar(column) + 1), "]")
}
rows <- data.frame(
  term = terms, estimate = sprintf("%.17g", coef(fit)), std_error = sprintf("%.17g", sqrt(diag(covariance)))
)
write.csv(rows, file.path(here, "expected.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(data), sum(data$arrest), length(unique(data$person_id)), length(unique(data$week)), "\n")
