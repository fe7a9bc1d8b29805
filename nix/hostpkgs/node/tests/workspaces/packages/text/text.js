module.exports = "yeah";
