library(testthat)
library(tunegrid)

test_check("tunegrid")
