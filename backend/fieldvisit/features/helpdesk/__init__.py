"""意见反馈: what users of the app ask, wish or report of the app itself, numbered and answered."""
